package import ModelCore

extension LocalStore {
    /// Returns the comparisons of an object with earlier versions that the store has whole, without the bytes of
    /// either.
    ///
    /// What a newer git-model wrote, or what is not here, is left out; what is damaged is an error.
    package func comparisons(of oid: Digest) throws(StoreError) -> [ObjectComparison] {
        var reader = FrameReader(self)
        var parts: [[ObjectComparison.Part]] = []
        for entry in Set(entries(of: oid, kind: .comparison)).sorted(by: ObjectEntry.precedes) {
            do throws(StoreError) {
                let part = try comparisonPart(of: entry, reader: &reader)
                // One that was made again later may differ, where the first time some bytes were not here.
                let isOpen = { (group: [ObjectComparison.Part]) in
                    group[0].isOfSame(part) && !group.contains { $0.number == part.number }
                }
                if let group = parts.firstIndex(where: isOpen) {
                    parts[group].append(part)
                } else {
                    parts.append([part])
                }
            } catch {
                if case .needsNewerVersion = error { continue }
                guard error.isAbsence else { throw error }
            }
        }
        return parts.compactMap { ObjectComparison(joining: $0) }
    }

    /// Compares the manifests of two artifacts, which tell what is the same, but not how far the rest is apart, and the
    /// bytes of their small files; `nil` where one is not at hand.
    ///
    /// Of files of a tree that are `unread` then nothing is said.
    package func compareManifests(
        of artifact: Pointer,
        with earlier: Pointer,
        _ small: SmallFileTensors? = nil
    ) -> ObjectComparison? {
        compare(artifact, with: earlier, small.map { .all($0) } ?? .manifests)
    }

    /// Compares the bytes of two artifacts' small files alone, which `comparisons` say nothing of; `nil` where one is
    /// not at hand.
    package func compareSmallFiles(
        of artifact: Pointer,
        with earlier: Pointer,
        _ small: SmallFileTensors
    ) -> ObjectComparison? {
        compare(artifact, with: earlier, .small(small))
    }

    private func compare(
        _ artifact: Pointer,
        with earlier: Pointer,
        _ scope: EarlierVersion.Scope
    ) -> ObjectComparison? {
        var reader = FrameReader(self)
        scope.search?.choose(among: [earlier, artifact], reader: &reader)
        let (tensors, isWhole) = EarlierVersion.tensors(of: artifact, scope, in: self, reader: &reader)
        let (base, hasWholeBase) = EarlierVersion.tensors(of: earlier, scope, in: self, reader: &reader)
        guard isWhole, hasWholeBase else { return nil }
        // What was looked at on one side only would seem to have come or gone.
        let unread = scope.search?.unread ?? []
        return EarlierVersion(oid: earlier.oid, tensors: base.filter { !unread.contains($0.file) })
            .comparison(of: artifact, tensors.filter { !unread.contains($0.file) })
    }

    /// Whether the store knows which tensors an artifact has: that of a tree, of all its files.
    package func knowsTensors(of artifact: Pointer) -> Bool {
        var reader = FrameReader(self)
        return EarlierVersion.tensors(of: artifact, in: self, reader: &reader).isWhole
    }

    /// Returns the statistics that the manifests of an artifact, or the bytes of its small files, give of its tensors;
    /// those of files of which these are not at hand are left out, and those of several tensors of one name.
    package func statistics(
        of artifact: Pointer,
        _ small: SmallFileTensors
    ) -> [EarlierVersion.Place: TensorStatistics] {
        var reader = FrameReader(self)
        return statistics(of: EarlierVersion.tensors(of: artifact, .all(small), in: self, reader: &reader).0)
    }

    /// Returns the statistics that a manifest gives which was fetched without what it lists; `file` is the path in the
    /// tree, or empty.
    package func statistics(
        in entry: ObjectEntry,
        file: String
    ) throws(StoreError) -> [EarlierVersion.Place: TensorStatistics] {
        var reader = FrameReader(self)
        return statistics(of: EarlierVersion.tensors(in: try map(of: entry, reader: &reader), file: file))
    }

    private func statistics(of tensors: [EarlierVersion.Tensor]) -> [EarlierVersion.Place: TensorStatistics] {
        var statistics: [EarlierVersion.Place: TensorStatistics] = [:]
        var seen: Set<EarlierVersion.Place> = []
        for tensor in tensors {
            let place = EarlierVersion.Place(file: tensor.file, name: tensor.segment.name)
            statistics[place] = seen.insert(place).inserted ? tensor.segment.statistics : nil
        }
        return statistics
    }

    /// Compares two manifests that were fetched without what they list.
    package func compareManifests(_ entry: ObjectEntry, with earlier: ObjectEntry) throws(StoreError)
        -> ObjectComparison
    {
        var reader = FrameReader(self)
        let tensors = EarlierVersion.tensors(in: try map(of: entry, reader: &reader), file: "")
        let base = EarlierVersion.tensors(in: try map(of: earlier, reader: &reader), file: "")
        let pointer = Pointer(oid: entry.oid, size: entry.size, kind: .file)
        return EarlierVersion(oid: earlier.oid, tensors: base).comparison(of: pointer, tensors)
    }

    /// Reads and parses the frame of a comparison's entry, and refuses one that is of another object.
    func comparisonPart(
        of entry: ObjectEntry,
        reader: inout FrameReader
    ) throws(StoreError) -> ObjectComparison.Part {
        let (bytes, _) = try metadataFrame(entry.frame, of: entry.oid, reader: &reader)
        let part = try parse(entry.frame, bytes) { buffer throws(FormatError) in
            try ObjectComparison.Part(parsing: buffer)
        }
        guard part.comparison.oid == entry.oid, part.comparison.size == entry.size else {
            throw .wrongObject(entry.oid, found: part.comparison.oid)
        }
        return part
    }

    /// Returns the frames of an object's comparisons whose length the indexes know, with their entries.
    func comparisonFrames(of oid: Digest) -> [(entry: ObjectEntry, frame: FrameReference)] {
        entries(of: oid, kind: .comparison).compactMap { entry in
            guard let copy = listedCopies(of: entry.frame).first,
                copy.entry.rawLength <= FrameReference.maximumByteCount
            else { return nil }
            return (entry, FrameReference(id: entry.frame, byteCount: Int(copy.entry.rawLength)))
        }
    }
}
