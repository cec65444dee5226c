/** Types every INFO value of every record of a file: `node contender-info.ts file.vcf.gz`. */
import { openVcf } from '../../src/vcf/open.ts';
import { RecordView } from '../../src/vcf/record.ts';

let records = 0;
let values = 0;
await using reader = await openVcf(process.argv[2]!);
const view = new RecordView(reader.header);
for await (const batch of reader.batches({ maxRecords: 1000 })) {
  records += batch.block.count;
  for (let row = 0; row < batch.block.count; row++) {
    view.at(batch.block, row).eachInfo((_, value) => {
      values += Array.isArray(value) ? value.length : 1;
    });
  }
  batch.release();
}
console.log(`${records} records, ${values} values`);
