// Ports for servers that are to come back on the same one.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** A free port below those that the system gives to whoever asks for any: nobody gets it by chance while its server is away. */
export async function keptPort() {
  for (;;) {
    const port = 20_000 + randomInt(12_000);
    const probe = createServer();
    const isFree = await new Promise((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
