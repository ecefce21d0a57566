// `npm start`. Plain JavaScript, so that an old Node can say what it needs instead of failing over types.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    'Cachewright needs Node 24 or newer. "npm ci" brings it along on Linux and Windows; on macOS install it.',
  );
  process.exit(1);
}
await import('./start.ts');
