import { App } from './src/app/app.ts';
const app = await App.open({ home: process.env.VCF_AGENT_HOME!, tenant: 'default', maxInFlightVariants: 10000, logMaxBytes: 1<<30, compressionLevel: 1, lineBytes: 1<<20 });
const t = performance.now();
await app.projections.rebuild('lancedb', async (p) => {
  console.log('rebuilt', performance.now() - t, process.memoryUsage.rss() / 1e6);
  const u = performance.now();
  const c = await p.contents(1); console.log(c, performance.now() - u);
}, { onProgress: (n, v, o) => console.log(n, v, o, (performance.now() - t).toFixed(0)) });
await app[Symbol.asyncDispose]();
