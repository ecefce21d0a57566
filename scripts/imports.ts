// Checks the import rule of `.dependency-cruiser.js`. Run through a script of our own for one reason: the walker that
// dependency-cruiser uses for TypeScript stops at a `using` declaration, which is a declaration like any other.
import { createRequire } from 'node:module';
import { cruise, format } from 'dependency-cruiser';
import config, { DEBT } from '../.dependency-cruiser.js';

interface Statement {
  readonly type: string;
  decls?: unknown;
}
interface Walker {
  visitStatement(statement: Statement): Statement;
  visitVariableDeclarators(declarations: unknown): unknown;
}

const load = createRequire(import.meta.resolve('dependency-cruiser'));
const walker = (load('@swc/core/Visitor.js') as { default: { prototype: Walker } }).default.prototype;
const visitStatement = walker.visitStatement;
walker.visitStatement = function visit(this: Walker, statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  statement.decls = this.visitVariableDeclarators(statement.decls);
  return statement;
};

const result = await cruise(['src'], {
  ...config.options,
  validate: true,
  ruleSet: { forbidden: config.forbidden ?? [] },
});
const cruised = result.output;
if (typeof cruised === 'string') throw new TypeError('the import rule gave text where it should give a result');
const report = await format(cruised, { outputType: 'err' });
console.log(report.output);

const imports = new Map(cruised.modules.map((module) => [module.source, module.dependencies]));
const paid = DEBT.filter(({ from, to }) => !imports.get(from)?.some(({ resolved }) => resolved === to));
console.log(
  `Debt, imports from one capability of the engine into another: ${DEBT.length === 0 ? 'none' : DEBT.length}`,
);
for (const { from, to, reason } of DEBT) console.log(`  ${from} -> ${to}: ${reason}`);
for (const { from, to } of paid) console.log(`  no longer there, take it off the list: ${from} -> ${to}`);
process.exit(cruised.summary.error === 0 && paid.length === 0 ? 0 : 1);
