import { tokens as a } from './a.ts';

export const tail = [...a];
