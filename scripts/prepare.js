// Run by `npm ci`: builds the command line, so that it starts in a fraction of the time that its sources take. Where that
// cannot be (another Node, no development packages) it runs from its sources, and nothing is amiss.
if (Number(process.versions.node.split('.')[0]) >= 24) {
  try {
    const { buildCli } = await import('./build.ts');
    await buildCli('error');
  } catch (error) {
    console.log(`The command line was not built and runs from its sources: ${error}`);
  }
}
