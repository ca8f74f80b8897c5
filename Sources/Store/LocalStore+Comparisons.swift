package import ModelCore

extension LocalStore {
    /// Returns the comparisons of an object with earlier versions that the store has whole, without the bytes of either.
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

    /// Compares the manifests of two artifacts, which tell what is the same, but not how far the rest is apart; `nil` where the store
    /// lacks one.
    package func compareManifests(
        of artifact: Pointer,
        with earlier: Pointer
    ) throws(StoreError) -> ObjectComparison? {
        var reader = FrameReader(self)
        let (tensors, isWhole) = EarlierVersion.tensors(of: artifact, in: self, reader: &reader)
        let (base, hasWholeBase) = EarlierVersion.tensors(of: earlier, in: self, reader: &reader)
        guard isWhole, hasWholeBase else { return nil }
        return EarlierVersion(oid: earlier.oid, tensors: base).comparison(of: artifact, tensors)
    }

    /// Whether the store knows which tensors an artifact has: that of a tree, of all its files.
    package func knowsTensors(of artifact: Pointer) -> Bool {
        var reader = FrameReader(self)
        return EarlierVersion.tensors(of: artifact, in: self, reader: &reader).isWhole
    }

    /// Returns the statistics that the manifests of an artifact give of its tensors; those of files whose manifest is not here are
    /// left out.
    package func statistics(of artifact: Pointer) -> [EarlierVersion.Place: TensorStatistics] {
        var reader = FrameReader(self)
        var statistics: [EarlierVersion.Place: TensorStatistics] = [:]
        for tensor in EarlierVersion.tensors(of: artifact, in: self, reader: &reader).0 {
            statistics[EarlierVersion.Place(file: tensor.file, name: tensor.segment.name)] = tensor.segment.statistics
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
