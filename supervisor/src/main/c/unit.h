/*
 * What a unit of systemd runs around nspawn, so that systemctl can start and stop a container without Hatchery's services.
 *
 *   unit prepare FOLDER                       ExecStartPre=: what has to be done before nspawn begins
 *   unit network FOLDER PROGRAM [ARGUMENT...] ExecStart=: nspawn, with a network that is configured before systemd learns of readiness
 *   unit stop FOLDER SIGNAL                   ExecStop=: signals the program behind nspawn's stub init, which passes on nothing
 *   unit reload FOLDER COMMAND [ARGUMENT...]  ExecReload=: runs a command inside, confined as the container's init is
 *   unit clean-up FOLDER                      ExecStopPost=: removes what a killed nspawn leaves, records the exit
 *
 * FOLDER/before and FOLDER/after hold the steps, see steps.h. FOLDER/$INVOCATION_ID is the folder of one invocation of the unit, with
 *   forwards   the ports that nspawn forwards, "<protocol> <port>" per line
 *   exit       "$EXIT_CODE $EXIT_STATUS $SERVICE_RESULT" of systemd.exec(5)
 *   failure    why it could not begin
 * A unit that an earlier version of this program started is cleaned up by this one: a file keeps its name and its meaning.
 */
#ifndef HATCHERY_UNIT_H
#define HATCHERY_UNIT_H

#include <stdbool.h>

/* Runs an act with its arguments, NULL after the last; false if there is no such act or it takes other arguments. */
bool run_unit_act(char **arguments);

#endif
