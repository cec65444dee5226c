import type pg from 'pg';
import { VcfAgentError } from '../../core/errors.ts';
import type { Receipt } from '../../core/receipt.ts';

/** Keeps a receipt and marks its file complete. Throws NOT_FOUND when the file is not of the receipt's tenant. */
export async function writeReceipt(client: pg.ClientBase, receipt: Receipt): Promise<void> {
  const { rows } = await client.query(
    `update files set status = 'complete', content_digest = $3
     where file_id = $1 and tenant_id = (select tenant_id from tenants where name = $2) returning tenant_id`,
    [receipt.fileId, receipt.tenant, receipt.contentDigest],
  );
  if (rows.length === 0)
    throw new VcfAgentError('NOT_FOUND', `There is no file ${receipt.fileId} to keep a receipt for.`);
  await client.query('insert into receipts (tenant_id, file_id, receipt) values ($1, $2, $3)', [
    rows[0].tenant_id,
    receipt.fileId,
    JSON.stringify(receipt),
  ]);
}

/** In the order in which they were kept. */
export async function readReceipts(client: pg.ClientBase, tenant: string, fileId: number): Promise<readonly Receipt[]> {
  const { rows } = await client.query(
    `select receipt from receipts
     where file_id = $1 and tenant_id = (select tenant_id from tenants where name = $2) order by receipt_id`,
    [fileId, tenant],
  );
  return rows.map(({ receipt }) => receipt as Receipt);
}
