import { expect, test } from "vitest";
import { columnNames, csvRows, emptyTable, faultyColumn, withFullNames } from "./csv";

const CAKE = {
  conditionals: [],
  parameters: [{ name: "sugar" }, { name: "size, cm" }, { name: "price" }],
  metrics: [{ name: "taste" }, { name: "price" }],
} as unknown as Parameters<typeof columnNames>[0];

test("rows know the line on which they begin, whatever stands in their cells", () => {
  expect(csvRows('\ufeffa,b\r\n"1,5","two\nlines"\r\n\r\n"say ""hi""",\r\n', 9)).toEqual([
    { line: 1, cells: ["a", "b"] },
    { line: 2, cells: ["1,5", "two\nlines"] },
    { line: 5, cells: ['say "hi"', ""] },
  ]);
});

test("no more rows are read than are wanted, and half a quote does not keep it from coming to an end", () => {
  expect(csvRows("a\n1\n2\n3\n", 2)).toEqual([
    { line: 1, cells: ["a"] },
    { line: 2, cells: ["1"] },
  ]);
  expect(csvRows('a\n"never closed\n1,2', 9)).toHaveLength(2);
  expect(csvRows('a,b\n"x"y,1\n2,3', 9).at(-1)).toEqual({ line: 3, cells: ["2", "3"] });
});

test("columns may be called for short, unless a name is that of two things", () => {
  const names = columnNames(CAKE);

  expect(withFullNames('sugar, taste ,"size, cm",price,values.taste.value\r\n1,2,3,4,5', names)).toBe(
    'assignments.sugar,values.taste.value,"assignments.size, cm",price,values.taste.value\r\n1,2,3,4,5',
  );
  expect(withFullNames("assignments.sugar\n1", names)).toBe("assignments.sugar\n1");
  expect(emptyTable(names)).toBe('sugar,"size, cm",taste,failed\n');
});

test("a row that breaks a rule of a parameter is wrong in its column", () => {
  const columns = ["assignments.oven", "values.taste.value"];

  expect(faultyColumn({ column: null, message: "parameter 'oven': 'x' is not one of ['gas']" }, columns)).toBe(
    "assignments.oven",
  );
  expect(faultyColumn({ column: "failed", message: "failed: expected true or false" }, columns)).toBe("failed");
  expect(faultyColumn({ column: null, message: "the row has 3 cells, the header has 2" }, columns)).toBeNull();
});
