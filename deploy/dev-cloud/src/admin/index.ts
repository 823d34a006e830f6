export { startAdmin } from './server.ts';
