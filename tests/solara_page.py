"""The model in Mesa's SolaraViz: the page that tests/test_solara.py opens, and an example for modellers.

solara run tests/solara_page.py --production
"""

import altair as alt
import solara
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

from sim.model import TerritoryModel

# Solara's own FigureAltair fetches an older Vega from the network and draws nothing.
alt.JupyterChart.enable_offline()


def curve(name: str, title: str):
    """Return a component that draws one model reporter."""

    @solara.component
    def Curve(model):
        update_counter.get()  # drawn again after each step
        data = model.datacollector.get_model_vars_dataframe().reset_index(names="month")
        line = alt.Chart(data, title=title).mark_line(point=True)
        alt.JupyterChart.element(chart=line.encode(x="month:Q", y=alt.Y(name, type="quantitative").scale(zero=False)))

    return Curve


page = SolaraViz(
    TerritoryModel("synthetic:1", scale=0.2),
    components=[curve("alliances", "Alliances"), curve("mean_desire", "Desire to ally")],
    model_params={
        "territory": "synthetic:1",
        "scale": 0.2,
        "scenario": {"type": "Select", "value": "", "values": ["", "engineering", "no_alliances"], "label": "Scenario"},
        "seed": {"type": "SliderInt", "value": 1, "label": "Seed", "min": 1, "max": 20, "step": 1},
    },
    name="One territory",
)
