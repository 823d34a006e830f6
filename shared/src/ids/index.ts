export { isUuidv7, uuidv7 } from './uuid.ts';
