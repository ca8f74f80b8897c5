import Codec
import ModelCore
import Plots
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// Draws what runs left of their metrics, as far as it is on this machine: nothing is fetched.
struct SiteCurves: Sendable {
    /// Longer series, and larger pictures, are not drawn.
    private static let (seriesLimit, plotLimit): (Int64, Int64) = (64 << 20, 2 << 20)
    /// The most drawings of a page.
    private static let figureLimit = 24

    let catalog: RunCatalog
    let store: LocalStore

    /// Returns drawings of what several runs have, over each other where they have the same; each run with what it is
    /// called.
    func figures(of runs: [(name: String, run: RunRecord)]) -> SiteFigures {
        var parts: [PlotFigure.Part] = []
        for (name, run) in runs { parts += plots(of: run).map { PlotFigure.Part(name, $0) } }
        return SiteFigures(PlotFigure.figures(of: parts).filter { !$0.isPoint }, limit: SiteCurves.figureLimit)
    }

    private func plots(of run: RunRecord) -> [Plot] {
        var plots: [Plot] = []
        if let series = run.series,
            let bytes = bytes(of: series, named: RunDirectory.seriesName, SiteCurves.seriesLimit, run)
        {
            plots += Plot.curves(of: MetricLines.log(of: bytes))
        }
        for file in run.plots ?? [] {
            guard let bytes = bytes(of: file, named: file.path, SiteCurves.plotLimit, run) else { continue }
            if let plot = try? Plot(bytes, at: file.path) { plots.append(plot) }
        }
        return plots
    }

    /// Returns the bytes of a run's file: of its record's directory, else of the store.
    private func bytes(of file: RunFile, named name: String, _ limit: Int64, _ run: RunRecord) -> [UInt8]? {
        guard let oid = file.digest, (0...limit).contains(file.size) else { return nil }
        if let place = place(of: file, named: name, run), let bytes = try? DurableFile.read(place, limit: Int(limit)),
            SHA256.digest(of: bytes) == oid
        {
            return bytes
        }
        let pointer = Pointer(oid: oid, size: file.size, kind: .file)
        guard Closure(of: [pointer], in: store).isComplete else { return nil }
        var bytes: [UInt8] = []
        do { try ObjectStream.read(oid, size: file.size, from: store) { bytes += Array($0) } } catch { return nil }
        return bytes
    }

    /// Returns where a file lies in the directory of its run's record, where it does.
    private func place(of file: RunFile, named name: String, _ run: RunRecord) -> FilePath? {
        guard let components = (try? RepositoryPath(name))?.components,
            let place = try? SafeRelativePath.resolve(
                root: catalog.directory(of: run.id).path,
                components: components
            ), (try? FileStatus.of(place))?.size == file.size
        else { return nil }
        return place
    }

    /// Whether a run has curves or pictures that would be drawn if they were on this machine.
    func lacksFiles(of run: RunRecord) -> Bool {
        let series = run.series.map { [(file: $0, name: RunDirectory.seriesName, limit: SiteCurves.seriesLimit)] } ?? []
        let plots = (run.plots ?? []).map { (file: $0, name: $0.path, limit: SiteCurves.plotLimit) }
        return (series + plots).contains { file, name, limit in
            guard let oid = file.digest, (0...limit).contains(file.size) else { return false }
            if place(of: file, named: name, run) != nil || (try? store.isPurged(oid)) == true { return false }
            return !Closure(of: [Pointer(oid: oid, size: file.size, kind: .file)], in: store).isComplete
        }
    }
}

extension PlotFigure {
    /// Whether every curve of it is one point, of which a table tells enough.
    fileprivate var isPoint: Bool {
        parts.allSatisfy { part in
            guard case .curves(let curves) = part.plot.data else { return false }
            return curves.series.allSatisfy { $0.points.count < 2 }
        }
    }
}
