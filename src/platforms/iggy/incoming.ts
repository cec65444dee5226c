import type { IncomingMessage } from '../../core/ports.ts';
import { headerText, type ReceivedMessage } from './client/index.ts';
import { ENVELOPE_ID } from './producer.ts';

/** A message as the port gives it. One that somebody else wrote, without our header, gets the id the server shows for it. */
export function incoming(message: ReceivedMessage, topic: string, partition: number): IncomingMessage {
  return {
    position: { platform: 'iggy', topic, partition, offset: message.offset },
    id: headerText(message.headers, ENVELOPE_ID) ?? message.id.toString(16).padStart(32, '0'),
    body: message.payload,
  };
}
