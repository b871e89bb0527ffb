import type { ExperimentOut, ParameterOut } from "../api/schema";
import { metricName } from "./experiment";

/** Programs to copy. Each is whole: address and experiment are filled in, only the token is the reader's own. */
export type Language = "curl" | "Python" | "JavaScript" | "R";
export const LANGUAGES: readonly Language[] = ["curl", "Python", "JavaScript", "R"];

/** The service's address without a slash at its end, as programs want it. */
function trimmed(base: string): string {
  return base.replace(/\/$/, "");
}

export function createWithPython(base: string): string {
  return `# pip install optsvc
import optsvc

with optsvc.Client("${trimmed(base)}", "YOUR-TOKEN") as client:
    experiment = client.create_experiment(
        name="Cake",
        parameters=[
            optsvc.Double("sugar", 0.1, 10, log=True),
            optsvc.Int("eggs", 1, 6),
        ],
        metric=optsvc.Metric("taste"),
        observation_budget=30,
    )
    for suggestion in experiment.loop():
        taste = -abs(suggestion.assignments["eggs"] - 4)
        suggestion.observe(taste)`;
}

export function createWithCurl(base: string): string {
  return `curl -u YOUR-TOKEN: ${trimmed(base)}/v1/experiments -d '{
  "name": "Cake",
  "observation_budget": 30,
  "metrics": [{"name": "taste"}],
  "parameters": [
    {"name": "sugar", "type": "double",
     "bounds": {"min": 0.1, "max": 10}, "transformation": "log"},
    {"name": "eggs", "type": "int", "bounds": {"min": 1, "max": 6}}
  ]}'`;
}

/** A run of a program in a project. */
export function runWithPython(base: string, project: string): string {
  return `# pip install sigopt
import os
os.environ["SIGOPT_API_URL"] = "${trimmed(base)}"
os.environ["SIGOPT_API_TOKEN"] = "YOUR-TOKEN"
import sigopt

sigopt.set_project("${project}")
with sigopt.create_run(name="first try") as run:
    run.params.learning_rate = 0.01
    run.log_metric("accuracy", 0.93)`;
}

export function runWithCurl(base: string, client: string, project: string): string {
  return `curl -u YOUR-TOKEN: ${trimmed(base)}/v1/clients/${client}/projects/${project}/training_runs -d '{
  "name": "first try",
  "state": "completed",
  "assignments": {"learning_rate": 0.01},
  "values": {"accuracy": {"value": 0.93}}}'`;
}

type Described = Pick<ExperimentOut, "id" | "metrics" | "parameters">;

/** Ask for a suggestion, report what came of it, read the best: in one language, for one experiment. */
export function loopIn(language: Language, base: string, experiment: Described): string {
  return { curl: loopInCurl, Python: loopInPython, JavaScript: loopInJavaScript, R: loopInR }[language](
    trimmed(base),
    experiment,
  );
}

function loopInCurl(base: string, experiment: Described): string {
  const url = `${base}/v1/experiments/${experiment.id}`;
  const values = experiment.metrics.map((metric) => `{${nameKey(metric)}"value": 0.5}`).join(", ");
  return `TOKEN=YOUR-TOKEN
EXPERIMENT=${url}

# what to try next: an id, and a value for each parameter
curl -u "$TOKEN:" -X POST "$EXPERIMENT/suggestions"

# what came of it (SUGGESTION is that id); or {"suggestion": "SUGGESTION", "failed": true}
curl -u "$TOKEN:" "$EXPERIMENT/observations" -d '{
  "suggestion": "SUGGESTION",
  "values": [${values}]}'

# the best so far
curl -u "$TOKEN:" "$EXPERIMENT/best_assignments"`;
}

function loopInPython(base: string, experiment: Described): string {
  const names = experiment.parameters.map((parameter) => `${pythonName(parameter)}=a.get(${text(parameter.name)})`);
  const several = experiment.metrics.length > 1;
  const report = several
    ? `{${experiment.metrics.map((metric) => `${text(metricName(metric))}: …`).join(", ")}}`
    : "evaluate(suggestion.assignments)";
  return `# pip install optsvc
import optsvc


def evaluate(a):  # yours: ${names.join(", ")}
    return 0.5


with optsvc.Client("${base}", "YOUR-TOKEN") as client:
    experiment = client.experiment(${experiment.id})
    for suggestion in experiment.loop():  # until the budget is used; any number of programs at once
        suggestion.observe(${report})
    for best in experiment.best_assignments():
        print(best.assignments, [value.value for value in best.values])`;
}

function loopInJavaScript(base: string, experiment: Described): string {
  const values = experiment.metrics.map((metric) => `{ ${nameKeyJs(metric)}value: 0.5 }`).join(", ");
  return `const experiment = "${base}/v1/experiments/${experiment.id}";
const headers = { Authorization: "Bearer YOUR-TOKEN", "Content-Type": "application/json" };

async function call(method, path, body) {
  const answer = await fetch(experiment + path, { method, headers, body: body && JSON.stringify(body) });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.message);
  return content;
}

const suggestion = await call("POST", "/suggestions");
console.log(suggestion.assignments); // evaluate these, then
await call("POST", "/observations", { suggestion: suggestion.id, values: [${values}] });
console.log((await call("GET", "/best_assignments")).data);`;
}

function loopInR(base: string, experiment: Described): string {
  const values = experiment.metrics
    .map((metric) => `list(${metric.name === null ? "" : `name = ${text(metric.name)}, `}value = 0.5)`)
    .join(", ");
  return `library(httr2)

call <- function(path, body = NULL) {
  asked <- request("${base}/v1/experiments/${experiment.id}") |>
    req_url_path_append(path) |>
    req_auth_bearer_token("YOUR-TOKEN")
  if (!is.null(body)) asked <- req_body_json(asked, body)
  resp_body_json(req_perform(asked))
}

suggestion <- call("suggestions", setNames(list(), character()))
str(suggestion$assignments)  # evaluate these, then
call("observations", list(suggestion = suggestion$id, values = list(${values})))
str(call("best_assignments")$data)`;
}

function nameKey(metric: { name: string | null }): string {
  return metric.name === null ? "" : `"name": ${JSON.stringify(metric.name)}, `;
}

function nameKeyJs(metric: { name: string | null }): string {
  return metric.name === null ? "" : `name: ${text(metric.name)}, `;
}

/** A text in quotes, as all of these languages read it. */
function text(value: string): string {
  return JSON.stringify(value);
}

function pythonName(parameter: Pick<ParameterOut, "name">): string {
  return parameter.name.replace(/\W/g, "_");
}
