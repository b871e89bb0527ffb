/** The rows of a form that refusals name. */
interface Form {
  parameters: Named[];
  metrics: Named[];
  conditionals: Named[];
}
interface Named {
  name: string;
}

const PARTS: [RegExp, string][] = [
  [/default_value/, "default"],
  [/prior\.(normal\.)?mean/, "prior.mean"],
  [/prior\.(normal\.)?scale/, "prior.scale"],
  [/prior\.(beta\.)?shape_a/, "prior.a"],
  [/prior\.(beta\.)?shape_b/, "prior.b"],
  [/prior/, "prior"],
  [/condition/, "conditions"],
  [/categorical_values|grid|categor/, "values"],
  [/^\.bounds\.max/, "max"],
  [/bounds|range|whole number|log-transformation|2\^53|smaller than/, "min"],
];

const KEYS =
  "name|project|observation_budget|budget|parallel_bandwidth|num_solutions|linear_constraints|conditionals|metadata|type";
const KEY = new RegExp(`(?:^|: )(${KEYS})\\b`);

/**
 * The field that a refusal of the service is about, as a path of the form's; an empty text: of none in particular.
 *
 * The service names fields as `parameters[0].bounds.max`, and, where a rule spans several, things by their names, as
 * `parameter 'sugar': …`.
 */
export function fieldOf(message: string, form: Form): string {
  const named = /^(default_value: )?(?:Invalid type for )?(parameter|conditional) '([^']*)':? (.*)$/s.exec(message);
  if (named) {
    const [, byDefault, thing, name, rest = ""] = named;
    const rows: Named[] = thing === "parameter" ? form.parameters : form.conditionals;
    const index = rows.findIndex((row) => row.name.trim() === name);
    if (index < 0) return "";
    if (thing === "conditional") return `conditionals.${index}.values`;
    return `parameters.${index}.${byDefault ? "default" : partOf(rest, "name")}`;
  }
  const metric = /^metrics: "([^"]*)": /.exec(message);
  if (metric) {
    const index = form.metrics.findIndex((row) => row.name.trim() === metric[1]);
    return index < 0 ? "" : `metrics.${index}.threshold`;
  }
  if (/^metrics: a threshold|^metrics: a constraint/.test(message)) return "metrics.0.threshold";
  const twice = /^(parameters|metrics): the name ['"](.*)['"] occurs twice/.exec(message);
  if (twice) {
    const rows: Named[] = twice[1] === "parameters" ? form.parameters : form.metrics;
    return `${twice[1]}.${rows.findLastIndex((row) => row.name.trim() === twice[2])}.name`;
  }
  const path = /(parameters|metrics|conditionals|linear_constraints)\[(\d+)\]((?:\.\w+|\[\d+\])*)/.exec(message);
  if (path) {
    const [, rows, index, rest = ""] = path;
    if (rows === "parameters") return `parameters.${index}.${rest === ".name" ? "name" : partOf(rest, "name")}`;
    return `${rows}.${index}${rest.replace(/\[(\d+)\]/g, ".$1").replace(/^(\.values)\.\d+$/, "$1")}`;
  }
  return KEY.exec(message)?.[1] ?? "";
}

function partOf(text: string, otherwise: string): string {
  return PARTS.find(([pattern]) => pattern.test(text))?.[1] ?? otherwise;
}
