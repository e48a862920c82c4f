// What the window knows of Notion is what Rust knows.
import { expect, it } from "vitest";
import problems from "../dev/problems.json";
import { PORTAL } from "./notion";

it("names the page that Rust names where a token can be ended only at Notion", () => {
  const pages = problems.flatMap(({ problem }) => ("page" in problem ? [problem.page] : []));
  expect(pages).toEqual([PORTAL, PORTAL]);
});
