import type { Rule } from '../../rule.ts';
import { rules as a } from './a.ts';
import { rules as b } from './b.ts';
import { rules as c } from './c.ts';
import { rules as d } from './d.ts';
import { rules as e } from './e.ts';
import { rules as f } from './f.ts';
import { rules as buildFamily } from './family-build.ts';
import { rules as dataFamily } from './family-data.ts';
import { rules as modelsFamily } from './family-models.ts';
import { rules as watchFamily } from './family-watch.ts';
import { rules as contactFamily } from './family-contact.ts';
import { rules as moneyFamily } from './family-money.ts';
import { rules as webFamily } from './family-web.ts';
import { rules as g } from './g.ts';
import { rules as h } from './h.ts';
import { rules as i } from './i.ts';
import { rules as j } from './j.ts';
import { rules as k } from './k.ts';
import { rules as l } from './l.ts';
import { rules as m } from './m.ts';
import { rules as n } from './n.ts';
import { rules as o } from './o.ts';
import { rules as p } from './p.ts';
import { rules as q } from './q.ts';
import { rules as r } from './r.ts';
import { rules as s } from './s.ts';
import { rules as t } from './t.ts';
import { rules as u } from './u.ts';
import { rules as v } from './v.ts';
import { rules as w } from './w.ts';
import { rules as y } from './y.ts';
import { rules as z } from './z.ts';

/** Providers of one or two secrets without structure, by their first letter: a line each. */
export const tail: readonly Rule[] = [
  ...a,
  ...b,
  ...c,
  ...d,
  ...e,
  ...f,
  ...g,
  ...h,
  ...i,
  ...j,
  ...k,
  ...l,
  ...m,
  ...n,
  ...o,
  ...p,
  ...q,
  ...r,
  ...s,
  ...t,
  ...u,
  ...v,
  ...w,
  ...y,
  ...buildFamily,
  ...dataFamily,
  ...modelsFamily,
  ...watchFamily,
  ...contactFamily,
  ...moneyFamily,
  ...webFamily,
  ...z,
];
