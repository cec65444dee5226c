// It says on stderr that what is to be made is not there yet. Read when it is loaded.
process.env.LANCEDB_LOG ??= 'error';

export const { connect, Index } = await import('@lancedb/lancedb');
