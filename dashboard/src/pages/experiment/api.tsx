import { SegmentedControl } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import { address } from "../../app/base";
import { LANGUAGES, type Language, loopIn } from "../../lib/snippets";
import { Code } from "../../ui/code";
import { Panel } from "../../ui/page";
import { useExperiment } from "./experiment";

const route = getRouteApi("/signed-in/experiments/$experimentId/api");

/** Programs for this experiment, to copy. */
export function ApiTab() {
  const experiment = useExperiment();
  const navigate = route.useNavigate();
  const { language: wanted } = route.useSearch();
  const language = LANGUAGES.find((each) => each === wanted) ?? "curl";
  return (
    <Panel
      title="Ask, evaluate, report"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Language"
          data={[...LANGUAGES]}
          value={language}
          onChange={(value) => navigate({ search: { language: value as Language }, replace: true })}
        />
      }
    >
      <Code label={`Program in ${language}`}>{loopIn(language, address(""), experiment)}</Code>
      <p className="dimmed">
        Put a token of yours in the place of YOUR-TOKEN: see <Link to="/team">Team &amp; tokens</Link>. Everything else
        that the service can do: <a href={address("docs")}>API docs</a>.
      </p>
    </Panel>
  );
}
