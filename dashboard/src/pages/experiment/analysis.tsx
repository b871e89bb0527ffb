import { Link } from "@tanstack/react-router";
import { Empty } from "../../ui/feedback";
import { useExperiment } from "./experiment";

/** What the model has learnt. */
export function AnalysisTab() {
  const experiment = useExperiment();
  return (
    <Empty title="Nothing to analyse here yet">
      <p>
        What was evaluated stands in the{" "}
        <Link to="/experiments/$experimentId/history" params={{ experimentId: experiment.id ?? "" }}>
          history
        </Link>
        .
      </p>
    </Empty>
  );
}
