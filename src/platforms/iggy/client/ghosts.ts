import type { IggyClock } from './clock.ts';
import type { MembershipTarget } from './membership.ts';
import { createGroup, deleteGroup, getGroup, joinGroup } from './operations/groups.ts';
import { getOffset, storeOffset } from './operations/offsets.ts';
import { getClients, getClusterMetadata } from './operations/system.ts';
import type { Session } from './session/session.ts';

/** Somebody who has just joined or left is counted once in one list and not in the other: it has to be so this many times. */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 400;

/**
 * A VSR server that was killed keeps its groups' members, though not their connections, and gives them partitions that nobody
 * reads then, for good (seen with 0.9.0-edge.5). True when a group has more members than all connections together have
 * memberships.
 */
export async function hasGhosts(
  session: Session,
  { stream, topic, name }: MembershipTarget,
  { clock, random }: { readonly clock: IggyClock; readonly random: () => number },
): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await clock.sleep(BETWEEN_LOOKS_MS * (1 + random()), {});
    // Not every user may ask.
    const clients = await session.execute(getClients()).catch(() => []);
    const memberships = clients.reduce((sum, { groups }) => sum + groups, 0);
    const members = (await session.execute(getGroup(stream, topic, name)))?.members ?? 0;
    // A server that does not count memberships, ours among them, says nothing.
    if (memberships === 0 || members <= memberships) return false;
    // Of several nodes each knows its own connections only.
    if ((await session.execute(getClusterMetadata())).nodes.length > 1) return false;
  }
  return true;
}

/**
 * Makes the group anew, without its ghosts and with the offsets it had, and joins it. Its other members find that they are
 * none, and join again. An offset that does not get through costs a redelivery.
 */
export async function refound(session: Session, { stream, topic, name }: MembershipTarget): Promise<void> {
  const consumer = { kind: 'group', id: name } as const;
  const group = await session.execute(getGroup(stream, topic, name));
  const partitions = Array.from({ length: group?.partitions ?? 0 }, (_, partition) => partition);
  const at = (partition: number) => ({ stream, topic, consumer, partition });
  const offsets = await Promise.all(partitions.map((partition) => session.execute(getOffset(at(partition)))));
  await session.execute(deleteGroup(stream, topic, name));
  // Another member that does the same may be first.
  await session.execute(createGroup(stream, topic, name)).catch(() => undefined);
  await session.execute(joinGroup(stream, topic, name));
  const stored = offsets.filter((offset) => offset !== undefined);
  await Promise.allSettled(
    stored.map(({ partition, storedOffset }) => session.execute(storeOffset(at(partition), storedOffset))),
  );
}
