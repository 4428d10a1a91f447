// Package train trains a network: the loop on GoMLX, optimizers, schedules, masks
// held at zero, validation and checkpoints.
//
// A Job says completely what is trained, on what and how; Run returns its Result.
// A job with a folder checkpoints into it: killed at any moment and run again it
// ends in the same bytes, and run again once it is finished it returns its result
// without training. A Session runs many jobs one after another and compiles the
// step of each network only once.
//
// Everything random is drawn from the job's seed, and every image and every
// iteration from a stream of its own, so neither the number of workers nor where a
// run was resumed changes what comes out.
package train
