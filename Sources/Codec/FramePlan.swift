/// How the frames of one tensor are encoded, found on one of them and kept by the caller for the others.
///
/// A plan saves sampling; a frame that it does not suit gets a plan of its own, which `EncodedFrame.plan` then holds.
package struct FramePlan: Sendable, Hashable {
    /// The codec that a sample said is best; a frame that saves too little with it is stored raw all the same.
    package let codec: FrameCodec

    /// The length of the stored bytes as a share of the raw ones, in the frame that the plan was made for.
    package let share: Double

    /// Planes, one bit each, in which matches are searched for.
    let searchedPlanes: UInt8

    /// Planes, one bit each, that entropy coding makes no smaller, so that it is not tried.
    let densePlanes: UInt8

    /// Creates the plan of the same choices after they were tried out.
    func measured(share: Double) -> FramePlan {
        FramePlan(codec: codec, share: share, searchedPlanes: searchedPlanes, densePlanes: densePlanes)
    }

    /// Whether a frame that came out at this share of its raw length does not seem to be what the plan was made for.
    func isOutlier(share actual: Double) -> Bool { actual > share * 1.1 + 0.02 }
}
