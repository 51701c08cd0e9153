// PostGraphile as its guides tune it: lists without connections, statements prepared, no IDE, no subscriptions.
// Reads one line of JSON from standard input, says "ready", and ends when the input does.
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import cluster from "node:cluster";
import { postgraphile } from "postgraphile";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";

async function serve({ database, port, pool, timeout }) {
  const instance = postgraphile({
    extends: [PostGraphileAmberPreset],
    pgServices: [
      makePgService({
        connectionString: database,
        schemas: ["peer"],
        poolConfig: { max: pool, min: pool, statement_timeout: timeout },
      }),
    ],
    grafserv: { port, host: "127.0.0.1", graphqlPath: "/graphql", graphiql: false, websockets: false, watch: false },
    grafast: {
      explain: false,
      // Who asks is believed: ours verifies a token here.
      context: ({ node }) => {
        const asked = node.req.headers;
        return { pgSettings: { "peer.area": asked["x-area"], "peer.team": asked["x-team"], "peer.by": asked["x-by"] } };
      },
    },
    disablePlugins: ["NodePlugin"],
    schema: { defaultBehavior: "-connection +list" },
  });
  const server = createServer();
  server.keepAliveTimeout = 0;
  await instance.createServ(grafserv).addTo(server);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

if (cluster.isPrimary) {
  const lines = createInterface({ input: process.stdin });
  const [said] = await once(lines, "line");
  const { processes, ...settings } = JSON.parse(said);
  const workers = Array.from({ length: processes }, () => cluster.fork({ PEER: JSON.stringify(settings) }));
  cluster.on("exit", () => process.exit(1));
  await Promise.all(workers.map((worker) => once(worker, "message")));
  console.log("ready");
  await once(lines, "close");
  process.exit(0);
} else {
  await serve(JSON.parse(process.env.PEER));
  process.send("ready");
}
