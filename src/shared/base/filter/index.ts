export type { Filter, FilterTerm, FilterTest } from './filter.ts';
export { filterError, parseFilter } from './parse.ts';
export { printFilter } from './print.ts';
