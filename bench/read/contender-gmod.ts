/** The same with @gmod/vcf, fed the way its users do: `node contender-gmod.ts file.vcf.gz`. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import vcf from '@gmod/vcf';

const Parser = (vcf as unknown as { default?: typeof vcf }).default ?? vcf;
const header: string[] = [];
let parser: InstanceType<typeof Parser> | undefined;
let records = 0;
let values = 0;
const input = createReadStream(process.argv[2]!, { highWaterMark: 2 ** 20 }).pipe(createGunzip({ chunkSize: 2 ** 18 }));
for await (const line of createInterface({ input })) {
  if (line.startsWith('#')) {
    header.push(line);
    continue;
  }
  parser ??= new Parser({ header: header.join('\n') });
  const { INFO } = parser.parseLine(line);
  for (const value of Object.values(INFO ?? {})) values += Array.isArray(value) ? value.length : 1;
  records++;
}
console.log(`${records} records, ${values} values`);
