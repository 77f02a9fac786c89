#!/usr/bin/perl
# Stands between a runner and one run of one container, so that the runner may die and come back: it holds what only a parent
# can know (the exit status) and what is sent once (sd_notify), and writes both down beside the console.
#
# usage: shim RUN-DIRECTORY CONSOLE MAX-BYTES OWN-CGROUP... -- CGROUP... -- PROGRAM ARGUMENT...
#
# In RUN-DIRECTORY it finds "after": calls of ip(8) that give the container its network, once nspawn has made it. A line a call, first
# "host" or "container", then the arguments, apart by tabs. There it makes, each by an atomic step:
#   claim    a link whose target is "shim" or "runner": whoever makes it first decides whether this run begins, or never will
#   shim     "<pid> <start time>" of this process
#   leader   "<pid> <start time>" of the container's init, as nspawn tells it
#   ready    the container is ready
#   said     what it said last, if it ended badly before it was ready
#   exit     the exit status; a shell's 128+n for an end by signal n
# The start time is field 22 of proc_pid_stat(5), which with the pid names a process for good.
use strict;
use warnings;
use Errno;
use Fcntl;
use Socket;

my ($run, $console, $max_bytes, @rest) = @ARGV;
my (@own_cgroups, @cgroups);
push @own_cgroups, shift @rest while @rest && $rest[0] ne '--';
shift @rest;
push @cgroups, shift @rest while @rest && $rest[0] ne '--';
shift @rest;

until (symlink 'shim', "$run/claim") {
    $!{ENOSPC} || $!{EDQUOT} or exit 0;
    select undef, undef, undef, 0.2;
}

# What is noted here is known to nobody else: a disk that is full is waited for.
sub note {
    my ($name, $text) = @_;
    until (try_note($name, $text)) {
        $!{ENOSPC} || $!{EDQUOT} or die "$run/$name: $!";
        select undef, undef, undef, 0.2;
    }
}

sub try_note {
    my ($name, $text) = @_;
    open my $out, '>', "$run/.$name" or return 0;
    print $out "$text\n";
    return close $out && rename "$run/.$name", "$run/$name";
}

sub start_time {
    my ($pid) = @_;
    open my $stat, '<', "/proc/$pid/stat" or return;
    my $line = <$stat>;
    $line =~ s/^.*\)\s+//s;
    return (split ' ', $line)[19];
}

sub join_cgroup {
    my ($path, $pid) = @_;
    open my $procs, '>', "$path/cgroup.procs" or die "$path/cgroup.procs: $!";
    print $procs "$pid\n";
    close $procs or die "$path/cgroup.procs: $!";
}

my $log;
my $log_bytes;

# A container does not depend on its console's being kept: without room for it, what it says is lost.
sub open_log {
    undef $log;
    my $before = umask 0027; # the group of its owner may read it
    my $opened = sysopen my $file, $console, O_WRONLY | O_APPEND | O_CREAT, 0640;
    umask $before;
    $opened or return;
    $log = $file;
    select((select($log), $| = 1)[0]);
    $log_bytes = -s $log;
}

my $ready;
my $tail = '';

# What nspawn says whenever something ends says nothing of why.
my $NOISE = qr/^(?:Container\s\S+\s(?:failed|terminated|exited)|(?:Parent|Child)\sdied|Attempted\sto\sremove\sdisk|Some\scapabilities
    |Spawning\scontainer|Press\s\^\]|\s*$)/x;

sub note_last_words {
    my @lines = grep { !/$NOISE/ } split /[\r\n]+/, $tail;
    my $last = @lines ? $lines[-1] : return;
    $last =~ tr/\x20-\x7e/?/c if !utf8::decode($last); # who reads this reads UTF-8
    $last = substr $last, 0, 300;
    utf8::encode($last);
    try_note('said', $last); # what it is worth is not worth waiting for a full disk
}

# Two files of half the bytes each: a full one becomes the old one.
sub write_log {
    my ($bytes) = @_;
    my $half = int($max_bytes / 2);
    open_log() unless $log;
    for my $part (unpack "(a$half)*", $bytes) {
        return unless $log;
        if ($log_bytes + length $part > $half) {
            close $log;
            rename $console, "$console.1";
            open_log();
            return unless $log;
        }
        print $log $part;
        $log_bytes += length $part;
    }
}

my $child;
sub fail {
    my ($why) = @_;
    chomp $why;
    eval { write_log("hatchery: $why\n"); $tail = $why; note_last_words() };
    kill 'KILL', $child if $child;
    note('exit', 255);
    exit 0;
}
$SIG{__DIE__} = sub { fail($_[0]) unless $^S };
$SIG{PIPE} = 'IGNORE';
$SIG{$_} = 'IGNORE' for qw(HUP INT TERM);

umask 0077;
open_log();
join_cgroup($_, $$) for @own_cgroups;
note('shim', $$ . ' ' . start_time($$));

my $notify = "$run/notify";
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
unlink $notify;
bind($socket, sockaddr_un($notify)) or die "bind $notify: $!";

pipe(my $output, my $input) or die "pipe: $!";
$child = fork;
defined $child or die "fork: $!";
if ($child == 0) {
    $SIG{__DIE__} = 'DEFAULT';
    $SIG{$_} = 'DEFAULT' for qw(HUP INT TERM PIPE);
    eval {
        join_cgroup($_, $$) for @cgroups;
        $ENV{NOTIFY_SOCKET} = $notify;
        umask 0022;
        open STDIN, '<', '/dev/null' or die "/dev/null: $!";
        open STDOUT, '>&', $input or die "stdout: $!";
        open STDERR, '>&', $input or die "stderr: $!";
        exec { $rest[0] } @rest or die "$rest[0]: $!";
    };
    print STDERR "hatchery: $@";
    kill 'KILL', $$;
}
close $input;

# Perl runs a handler of SIGCHLD between two operations, so a signal that comes just before select would be slept through: a pidfd
# has no such gap. pidfd_open(2), which has this number on every architecture.
my $ending_fd = syscall(434, $child, 0);
$ending_fd >= 0 or die "pidfd_open: $!";
open my $ending, '<&=', $ending_fd or die "pidfd: $!";

# Before anything else is told of the container: who knows its leader, or that it is ready, may rely on its network.
sub set_up_network {
    my ($leader) = @_;
    open my $after, '<', "$run/after" or return;
    while (my $line = <$after>) {
        chomp $line;
        my ($side, @arguments) = map { s/\\(.)/$1 eq 't' ? "\t" : $1 eq 'n' ? "\n" : $1/ger } split /\t/, $line, -1;
        my @inside = $side eq 'container' ? ('nsenter', "--net=/proc/$leader/ns/net") : ();
        my $pid = fork;
        defined $pid or die "fork: $!";
        if ($pid == 0) {
            $SIG{__DIE__} = 'DEFAULT';
            open STDOUT, '>&', $log if $log;
            open STDERR, '>&', $log if $log;
            my @command = (@inside, 'ip', @arguments);
            exec { $command[0] } @command or kill 'KILL', $$;
        }
        waitpid $pid, 0;
        $? == 0 or die "@inside ip @arguments failed with status " . ($? >> 8);
    }
    unlink "$run/after";
}

sub drain_notify {
    while (defined recv($socket, my $message, 4096, MSG_DONTWAIT)) {
        if ($message =~ /^X_NSPAWN_LEADER_PID=(\d+)$/m) {
            set_up_network($1);
            my $started = start_time($1);
            note('leader', "$1 $started") if defined $started;
        }
        if ($message =~ /^READY=1$/m) {
            note('ready', 'ready');
            $ready = 1;
        }
    }
}

sub is_readable {
    my ($file) = @_;
    vec(my $want = '', fileno($file), 1) = 1;
    return select($want, undef, undef, 0) > 0;
}

# Returns false at the end of the output.
sub copy_output {
    my $count = sysread $output, my $bytes, 65536;
    if ($count) {
        write_log($bytes);
        $tail .= $bytes unless $ready;
        $tail = substr $tail, -4096 if length $tail > 4096;
    }
    return $count;
}

my $output_open = 1;
while (1) {
    my $want = '';
    vec($want, fileno($_), 1) = 1 for $socket, $ending, $output_open ? $output : ();
    if (select(my $got = $want, undef, undef, undef) > 0) {
        drain_notify() if vec($got, fileno($socket), 1);
        $output_open = copy_output() if $output_open && vec($got, fileno($output), 1);
        last if vec($got, fileno($ending), 1);
    }
}
waitpid $child, 0;
my $ended = $? & 127 ? 128 + ($? & 127) : $? >> 8;
# What the container said last is read before its end is told, but nothing that outlives it is waited for.
drain_notify();
while (is_readable($output)) { last unless copy_output() }
note_last_words() if $ended && !$ready;
note('exit', $ended);
