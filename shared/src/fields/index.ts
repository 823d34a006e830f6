export { closed, DigestField, IdField, TimeField } from './fields.ts';
