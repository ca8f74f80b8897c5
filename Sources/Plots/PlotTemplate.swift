/// How a plot of `dvc.yaml` is drawn, by the names of dvc-render's templates (`dvc_render/vega_templates.py`).
package enum PlotTemplate: String, Sendable, Hashable, CaseIterable {
    case linear
    case simple
    /// Drawn as `linear` is: what was recorded, and nothing smoothed.
    case smooth
    case scatter
    /// Drawn as `scatter` is, at the places that were recorded.
    case scatterJitter = "scatter_jitter"
    case confusion
    case confusionNormalized = "confusion_normalized"
    case barHorizontal = "bar_horizontal"
    case barHorizontalSorted = "bar_horizontal_sorted"
}
