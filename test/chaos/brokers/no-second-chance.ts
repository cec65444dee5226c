// What is acknowledged and not applied is sent again after a while, which would mend what a planted bug has lost. To see
// whether the bug loses anything, that is switched off.
import { IngestJob } from '../../../src/ingest/job.ts';

IngestJob.prototype.sendAgain = () => undefined;
