import { join } from 'node:path';
import { createVcfWriter } from '../src/vcf/writer/vcf-writer.ts';
import { makeSample } from './sample/sample.ts';

/** Writes data/trio.vcf.gz, the sample that `npm start` ingests. Run with `npm run sample`. */
const target = join(import.meta.dirname, '..', 'data', 'trio.vcf.gz');
const { header, records } = makeSample();
await using writer = createVcfWriter(target, { header: Buffer.from(`${header.join('\n')}\n`), compression: 'bgzf' });
for (const record of records) await writer.writeLine(record);
await writer.close();
process.stdout.write(`${records.length} records in ${target}\n`);
