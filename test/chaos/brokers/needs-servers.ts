import { postgresBin } from '../../../scripts/services/postgres.ts';
import { needs } from '../../support/needs.ts';

/** Of `test`: what a storm starts, it has to find on this machine. */
export const NEEDS_SERVERS = postgresBin() === undefined ? needs('postgres-server') : needs('kafka-server');
