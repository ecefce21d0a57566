export { type FilterField, type FilterSubject, type FilterValueKind, filterFields } from './fields.ts';
export type { FieldTerm, Filter, FilterOperator, FilterTerm, FilterTest, TextTerm } from './filter.ts';
export { filterError, parseFilter } from './parse.ts';
export { printFilter, printFilterTerm } from './print.ts';
