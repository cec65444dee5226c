import type { KafkaNode } from './kafka-node.ts';

/** What tests do to a server. */
export interface Victim {
  /** SIGSTOP: connections are accepted and nothing is answered. */
  hang(): void;
  wake(): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Told to end, as before a restart; resolves when it has. */
  end(): Promise<void>;
  /** Starts it again after `kill` or `end`; resolves when it answers. */
  restart(): Promise<void>;
}

export function kafkaVictim(node: KafkaNode): Victim {
  const endBy = async (signal: 'SIGKILL' | 'SIGTERM') => {
    node.signal(signal);
    await node.exited;
  };
  return {
    hang: () => node.signal('SIGSTOP'),
    wake: () => node.signal('SIGCONT'),
    kill: () => endBy('SIGKILL'),
    end: () => endBy('SIGTERM'),
    restart: async () => {
      node.start();
      await node.ready();
    },
  };
}
