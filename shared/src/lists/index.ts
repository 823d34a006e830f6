export { decodeCursor, encodeCursor, type Page, type PageRequest } from './page.ts';
