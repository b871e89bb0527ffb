import { Select } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import type { ExperimentOut } from "../../../api/schema";
import { metricName, optimized } from "../../../lib/experiment";
import { PlotPanel } from "../plot-panel";

const route = getRouteApi("/signed-in/experiments/$experimentId/");

/** How the best has come about; of several metrics first what they trade for each other. */
export function Trace({ experiment }: { experiment: ExperimentOut }) {
  const id = experiment.id ?? "";
  const navigate = route.useNavigate();
  const { metric: wanted } = route.useSearch();
  const metrics = optimized(experiment).length > 0 ? optimized(experiment) : experiment.metrics;
  const metric = metrics.find((each) => metricName(each) === wanted) ?? metrics[0];
  return (
    <>
      {optimized(experiment).length > 1 && <PlotPanel experimentId={id} kind="pareto" />}
      <PlotPanel
        experimentId={id}
        kind="history"
        asked={{ metric: metric?.name ?? undefined }}
        controls={
          metrics.length > 1 && (
            <Select
              size="xs"
              w={170}
              aria-label="Metric"
              data={metrics.map(metricName)}
              value={metric ? metricName(metric) : null}
              allowDeselect={false}
              onChange={(value) =>
                navigate({ search: { metric: value ?? undefined }, replace: true, resetScroll: false })
              }
            />
          )
        }
      />
    </>
  );
}
