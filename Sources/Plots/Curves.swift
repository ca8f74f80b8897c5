/// Series of points over one axis: learning curves, ROC and the like, scatter plots.
package struct Curves: Sendable, Hashable {
    /// What the points mean, which decides how they are drawn.
    package enum Kind: String, Sendable, CaseIterable {
        /// Values over steps, or over whatever x is; points are joined by growing x.
        case line
        /// Points that nothing joins.
        case scatter
        /// True positives over false ones (receiver operating characteristic).
        case roc
        /// Precision over recall.
        case precisionRecall = "precision-recall"
        /// False negatives over false positives (detection error tradeoff).
        case det
        /// What came true over what was predicted.
        case calibration
    }

    /// What the points mean.
    package let kind: Kind
    /// What x is; may be empty.
    package let xLabel: String
    /// What y is; may be empty.
    package let yLabel: String
    /// The series.
    package let series: [PlotSeries]

    /// Creates curves.
    package init(_ kind: Kind, xLabel: String, yLabel: String, _ series: [PlotSeries]) {
        self.kind = kind
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
    }
}

extension Curves: Encodable {
    private enum Field: String, CodingKey {
        case xLabel, yLabel, series
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        try fields.encode(xLabel, forKey: .xLabel)
        try fields.encode(yLabel, forKey: .yLabel)
        try fields.encode(series, forKey: .series)
    }
}

extension Curves.Kind {
    /// Two texts, one for each axis.
    struct AxisPair: Equatable {
        let x: String
        let y: String
    }

    /// The fields that DVCLive's files have for such curves (`dvclive/plots/sklearn.py`); `nil` where any may be meant.
    var fields: AxisPair? {
        switch self {
        case .line, .scatter: nil
        case .roc: AxisPair(x: "fpr", y: "tpr")
        case .precisionRecall: AxisPair(x: "recall", y: "precision")
        case .det: AxisPair(x: "fpr", y: "fnr")
        case .calibration: AxisPair(x: "prob_pred", y: "prob_true")
        }
    }

    /// What the axes are called where nobody says otherwise.
    var labels: AxisPair? {
        switch self {
        case .line, .scatter: nil
        case .roc: AxisPair(x: "false positive rate", y: "true positive rate")
        case .precisionRecall: AxisPair(x: "recall", y: "precision")
        case .det: AxisPair(x: "false positive rate", y: "false negative rate")
        case .calibration: AxisPair(x: "mean predicted probability", y: "fraction of positives")
        }
    }

    /// What such a plot is called where nobody says otherwise.
    var title: String? {
        switch self {
        case .line, .scatter: nil
        case .roc: "ROC"
        case .precisionRecall: "Precision and recall"
        case .det: "Detection error tradeoff"
        case .calibration: "Calibration"
        }
    }

    /// Whether both axes are shares, from 0 to 1.
    var hasShares: Bool { fields != nil }

    /// Whether the diagonal means something: chance, or perfect calibration.
    var hasDiagonal: Bool { self == .roc || self == .calibration }
}
