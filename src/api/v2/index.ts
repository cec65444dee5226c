import { addOpenApi } from '../openapi.ts';
import type { Api, RouteParts } from '../routes.ts';
import { addAnalysis } from './analysis.ts';
import { addFiles } from './files.ts';
import { addJobs } from './jobs.ts';
import { addLetters } from './letters.ts';
import { addObservations } from './observations.ts';
import { addOperation } from './operation.ts';
import { addUploads } from './uploads.ts';
import { addVariants } from './variants.ts';

const GROUPS = [addFiles, addUploads, addVariants, addObservations, addAnalysis, addJobs, addLetters, addOperation];

/** Version 2. Groups that are to come are added to the list. */
export async function addV2(api: Api, parts: RouteParts): Promise<void> {
  await api.register(
    async (scope) => {
      await addOpenApi(scope as Api, parts.versions.find(({ name }) => name === 'v2')!);
      for (const add of GROUPS) await scope.register(async (group) => add(group as unknown as Api, parts));
    },
    { prefix: '/api/v2' },
  );
}
