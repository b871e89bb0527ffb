import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Outlet } from "@tanstack/react-router";
import { useExperimentEvents } from "../../api/events";
import { experimentQuery } from "../../api/experiments";
import type { ExperimentOut } from "../../api/schema";
import { LiveMark } from "../../ui/live";
import { Page } from "../../ui/page";
import { BudgetBar, StateBadge } from "../../ui/progress";
import { TAB, Tabs } from "../../ui/tabs";
import { Ago } from "../../ui/time";
import styles from "./experiment.module.css";
import { ShareButton } from "./share";

const route = getRouteApi("/signed-in/experiments/$experimentId");

const TABS = [
  ["/experiments/$experimentId", "Summary"],
  ["/experiments/$experimentId/analysis", "Analysis"],
  ["/experiments/$experimentId/history", "History"],
  ["/experiments/$experimentId/suggestions", "Suggestions"],
  ["/experiments/$experimentId/properties", "Properties"],
  ["/experiments/$experimentId/api", "API"],
] as const;

/** One experiment: its name and progress, and below one of its tabs. */
export function ExperimentPage() {
  const experiment = useExperiment();
  const { experimentId } = route.useParams();
  const liveness = useExperimentEvents(experimentId);
  return (
    <Page
      title={experiment.name}
      above={
        <>
          <Link to="/experiments">Experiments</Link> / #{experimentId}
          {experiment.project && (
            <>
              {" "}
              in{" "}
              <Link
                to="/projects/$clientId/$projectId"
                params={{ clientId: experiment.client, projectId: experiment.project }}
              >
                {experiment.project}
              </Link>
            </>
          )}
        </>
      }
      actions={
        <div className={styles.standing}>
          <StateBadge experiment={experiment} />
          <BudgetBar experiment={experiment} />
          <span className="dimmed">
            changed <Ago time={experiment.updated} />
          </span>
          <LiveMark liveness={liveness} />
          <ShareButton experimentId={experimentId} />
        </div>
      }
    >
      <Tabs label="Experiment">
        {TABS.map(([to, name]) => (
          <Link key={to} to={to} params={{ experimentId }} {...TAB}>
            {name}
          </Link>
        ))}
      </Tabs>
      <Outlet />
    </Page>
  );
}

/** The experiment of this address; every tab may ask for it, it is fetched once. */
export function useExperiment(): ExperimentOut {
  const { experimentId } = route.useParams();
  return useSuspenseQuery(experimentQuery(experimentId)).data;
}
