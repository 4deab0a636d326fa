// One project's realtime: rows that are never missed, cursors and presence that follow by themselves.
/* global signalR */

/**
 * @param on.rows        a change to a file
 * @param on.subscribed  from now on no change is missed: read the rows
 * @param on.cursor      where somebody else's cursor is
 * @param on.people      who is here: [{key, name, file}]
 * @param on.state       'live', 'reconnecting', 'stopped'
 */
export function follow(api, project, on) {
  const topic = `project:${project.id}`;
  const connection = new signalR.HubConnectionBuilder()
    .withUrl('/realtime/v1/hub', { accessTokenFactory: api.token, skipNegotiation: true, transport: signalR.HttpTransportType.WebSockets })
    .withAutomaticReconnect({ nextRetryDelayInMilliseconds: ({ previousRetryCount }) => Math.min(250 * 2 ** previousRetryCount, 4000) })
    .configureLogging(signalR.LogLevel.None)
    .build();

  const me = { key: crypto.randomUUID(), name: api.user.email.split('@')[0], file: null };
  const people = new Map();
  let since; // the cursor of the last change that was handled
  let stopped = false;

  connection.on('Broadcast', ({ event, payload }) => event === 'cursor' && on.cursor(payload));
  connection.on('PresenceState', ({ presence }) => { people.clear(); add(presence); });
  connection.on('PresenceDiff', ({ presence }) => {
    for (const key of Object.keys(presence.leaves)) people.delete(key);
    add(presence.joins);
  });
  connection.onreconnecting(() => on.state('reconnecting'));
  connection.onreconnected(begin);

  function add(presences) {
    for (const [key, { metas }] of Object.entries(presences)) people.set(key, { key, ...metas.at(-1) });
    on.people([...people.values()], me.key);
  }

  async function begin() {
    rows();
    await connection.invoke('Join', { topic, key: me.key });
    await connection.invoke('Track', topic, { name: me.name, file: me.file });
    on.state('live');
  }

  function rows() {
    connection.stream('Changes', { table: 'files', filter: `project_id=eq.${project.id}`, since }).subscribe({
      next(change) {
        if (change.type === 'SUBSCRIBED') {
          if (since === undefined) on.subscribed();
        } else {
          on.rows(change);
        }
        since = change.cursor;
      },
      error({ message }) {
        if (message.includes('resync_required')) since = undefined;
        // Whatever else ended it alone: on from the last change. A broken connection begins again when it is back.
        if (!stopped && connection.state === signalR.HubConnectionState.Connected) setTimeout(rows, 1000);
      },
      complete() {},
    });
  }

  let sending;
  return {
    async start() {
      await connection.start();
      await begin();
    },
    async stop() {
      stopped = true;
      await connection.stop();
    },
    open(file) {
      me.file = file.id;
      send('Track', topic, { name: me.name, file: file.id });
    },
    /** The newest position, 20 times a second at most. */
    cursor(position) {
      const waiting = sending !== undefined;
      sending = { ...position, key: me.key, name: me.name };
      if (waiting) return;
      setTimeout(() => {
        send('Broadcast', topic, 'cursor', sending, {});
        sending = undefined;
      }, 50);
    },
  };

  function send(...invocation) {
    if (connection.state === signalR.HubConnectionState.Connected) connection.invoke(...invocation).catch(() => {});
  }
}
