import { air } from "./boards/air.ts";
import { delivery } from "./boards/delivery.ts";
import { drainage } from "./boards/drainage.ts";
import { gateways } from "./boards/gateways.ts";
import { hazmat } from "./boards/hazmat.ts";
import { home } from "./boards/home.ts";
import { lights } from "./boards/lights.ts";
import { pipes } from "./boards/pipes.ts";
import { point } from "./boards/point.ts";
import { runbookBoard } from "./boards/runbooks.ts";
import { water } from "./boards/water.ts";
import type { Board } from "./shape.ts";

/** Every board, in the order of the menu. To add one: a file in boards/, a line here, `npm run docs`. */
export const boards: readonly Board[] = [
  home,
  water,
  air,
  pipes,
  drainage,
  lights,
  hazmat,
  gateways,
  delivery,
  point,
  runbookBoard,
];
