/** A process that opens an embedded store and holds it until it is told to leave (by its stdin closing) or is killed. */
import { openPostgresStore } from '../../src/stores/postgres/store.ts';

const store = await openPostgresStore({ home: process.argv[2] ?? '' });
process.stdout.write('open\n');
process.stdin.resume();
process.stdin.on('end', () => void store.close().then(() => process.stdout.write('closed\n')));
