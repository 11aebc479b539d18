// The clients of Segment and Customer.io for Node: argv holds the name of the package, and the case as JSON.
const { host, key, user, steps } = JSON.parse(process.argv[3]);
const { Analytics } = await import(process.argv[2]);

const analytics = new Analytics({ writeKey: key, host, flushAt: 4, maxRetries: 10 });
analytics.on("error", (error) => {
  console.error(error);
  process.exitCode = 1;
});
analytics.identify({ userId: user, traits: { plan: "pro" } });
for (let index = 0; index < steps; index += 1) {
  analytics.track({ userId: user, event: "Step", properties: { index } });
}
await analytics.closeAndFlush();
