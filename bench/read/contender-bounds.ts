/** Finds the field bounds of every record of a file: `node contender-bounds.ts file.vcf.gz`. */
import { openVcf } from '../../src/vcf/open.ts';

let records = 0;
await using reader = await openVcf(process.argv[2]!);
for await (const batch of reader.batches({ maxRecords: 1000 })) {
  records += batch.block.count;
  batch.release();
}
console.log(`${records} records`);
