"""A question: to which projects did the work go?"""

import pandas as pd
from matplotlib.figure import Figure

from contribkit import Question


class Projects(Question):
    name, title = "projects", "To which projects did the work go?"

    def sentence(self, data):
        table = self.tables(data)["repositories"]
        return f"The work went to {len(table)} repositories, most of it to {table['repository'].iloc[0]}."

    def tables(self, data):
        counts = data.named_rows["repo"].dropna().value_counts()
        return {"repositories": pd.DataFrame({"repository": counts.index, "contributions": counts.to_numpy()})}

    def figure(self, data):
        table = self.tables(data)["repositories"]
        axes = Figure(figsize=(8, 3), layout="constrained").subplots()
        axes.barh(table["repository"], table["contributions"])
        axes.set(title=self.title, xlabel="contributions")
        return axes.figure
