import type { Setting } from '../../config/load.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { byteSize } from '../format.ts';
import type { Registry } from '../program.ts';
import { renderTable } from '../table.ts';

const EXAMPLES = `
Settings come, the first that is there, from: flags, environment variables, the file, the environment's preset, defaults.
The file is JSON: $VCF_AGENT_CONFIG, else ./vcf-agent.json, else config.json in the home. Sizes may be written as "2 GiB".
VCF_AGENT_ENV chooses development (default), staging or production.

Examples:
  vcf-agent config
  VCF_AGENT_ENV=production vcf-agent config --json
  VCF_AGENT_PRIMARY=kafka KAFKA_BROKERS=b1:9092,b2:9092 vcf-agent config
  echo '{"batchSize": 5000, "limits": {"lineBytes": "64 MiB"}}' > vcf-agent.json
`;

export function addConfig({ program, run }: Registry): void {
  program
    .command('config')
    .summary('show every setting and where it came from')
    .description('Shows every setting, its value (secrets hidden) and where it came from.')
    .addHelpText('after', EXAMPLES)
    .action(run(config));
}

async function config(context: Context): Promise<number> {
  const loaded = await context.config();
  const { environment, file } = loaded;
  const [{ platformSections }, { analysisSection }] = await Promise.all([
    import('../../app/platform-settings.ts'),
    import('../../app/analysis-settings.ts'),
  ]);
  const sections = [loaded, ...Object.values(platformSections(loaded)), analysisSection(loaded)];
  const settings = sections.flatMap((section) => section.settings);
  if (context.options.json) {
    for (const setting of settings) await context.printJson({ ...setting, environment });
    return EXIT.ok;
  }
  const { dim, cyan, bold } = context.style;
  await context.print(`environment ${bold(environment)}   file ${file ?? dim('none')}\n`);
  const lines = renderTable(
    settings,
    [
      { title: 'setting', value: (setting) => setting.name, paint: bold },
      { title: 'value', value: shownValue },
      {
        title: 'from',
        value: (setting) => setting.origin,
        paint: (text, { origin }) => (origin === 'default' ? dim(text) : cyan(text)),
      },
      { title: 'variable', value: (setting) => setting.variable, paint: dim },
      { title: 'what it is', value: (setting) => setting.description, paint: dim },
    ],
    context,
  );
  await context.print(lines.join('\n'));
  return EXIT.ok;
}

function shownValue({ name, value }: Setting): string {
  if (value === null) return '—';
  return name.endsWith('Bytes') ? byteSize(Number(value)) : String(value);
}
