import { useMayWrite } from "../../../api/session";
import { revisionOf } from "../../../lib/revision";
import { moment } from "../../../lib/times";
import { Panel } from "../../../ui/page";
import { useExperiment } from "../experiment";
import { ChangeForm } from "./change-form";
import { Lifecycle } from "./lifecycle";
import { FixedList, MetricList, ParameterList } from "./space-list";

/** What the experiment is, and what can change while it runs. */
export function PropertiesTab() {
  const experiment = useExperiment();
  return (
    <>
      {useMayWrite() ? (
        // A change from elsewhere starts the form anew; an observation that comes in does not.
        <>
          <ChangeForm key={JSON.stringify([revisionOf(experiment), experiment.state])} experiment={experiment} />
          <Lifecycle experiment={experiment} />
        </>
      ) : (
        <>
          <Panel title="Search space">
            <ParameterList experiment={experiment} />
            <FixedList experiment={experiment} />
          </Panel>
          <Panel title="Metrics">
            <MetricList experiment={experiment} />
          </Panel>
        </>
      )}
      <p className="dimmed">
        Created {moment(experiment.created)}, changed {moment(experiment.updated)}.
      </p>
    </>
  );
}
