// RudderStack's client for Node: argv holds the name of the package, and the case as JSON.
const { host, key, user, steps } = JSON.parse(process.argv[3]);
const { default: RudderAnalytics } = await import(process.argv[2]);

const analytics = new RudderAnalytics(key, { dataPlaneUrl: host, flushAt: 4, maxFlushIntervalInMs: 100 });
analytics.identify({ userId: user, traits: { plan: "pro" } });
for (let index = 0; index < steps; index += 1) {
  analytics.track({ userId: user, event: "Step", properties: { index } });
}
await analytics.flush();
