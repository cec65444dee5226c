import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { hasPythonModules } from '../../scripts/services/debian.ts';
import { hasKafkaFiles } from '../../scripts/services/kafka-files.ts';
import { hasSharedVcf } from './shared.ts';
import { canMount } from './small-disk.ts';

/**
 * What a test may need that not every machine has. `postgres-server`: TEST_DATABASE_URL; `kafka`: TEST_KAFKA_BROKERS;
 * `kafka-secure`: TEST_KAFKA_SECURE_BROKERS; all set by `npm test`. `kafka-server`: Java, for tests that start brokers.
 * `small-disk`: the right to mount a file system. `python-modules`: Debian's Python with what the example in it needs.
 */
type Need =
  | 'bcftools'
  | 'tabix'
  | 'bgzip'
  | 'kafka'
  | 'kafka-secure'
  | 'kafka-server'
  | 'postgres-server'
  | 'python-modules'
  | 'shared-vcf'
  | 'small-disk';

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function isMet(need: Need): boolean {
  if (need === 'shared-vcf') return hasSharedVcf();
  if (need === 'small-disk') return canMount();
  if (need === 'postgres-server') return Boolean(process.env.TEST_DATABASE_URL);
  if (need === 'python-modules') return hasPythonModules();
  if (need === 'kafka') return Boolean(process.env.TEST_KAFKA_BROKERS);
  if (need === 'kafka-secure') return Boolean(process.env.TEST_KAFKA_SECURE_BROKERS);
  if (need === 'kafka-server') return isOnPath('java') && (hasKafkaFiles() || isOnPath('mvn'));
  return isOnPath(need);
}

/**
 * Options for `test` and `describe`: skips by name when something is absent. With CI=true nothing may be absent, so it
 * throws, which fails the file.
 *
 *     test('should ...', needs('bcftools', 'shared-vcf'), async () => { ... });
 */
export function needs(...names: readonly Need[]): { skip?: string } {
  const absent = names.filter((name) => !isMet(name));
  if (absent.length === 0) return {};
  if (process.env.CI === 'true') throw new Error(`CI=true, but this test lacks ${absent.join(', ')}`);
  return { skip: `needs ${absent.join(', ')}` };
}
