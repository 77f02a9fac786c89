#!/usr/bin/perl
# What a container's unit does beside nspawn, so that it needs nothing of Hatchery but this to be started and stopped by systemctl.
#
# usage: unit.pl before FOLDER                             ExecStartPre=: what comes before nspawn
#        unit.pl network FOLDER PROGRAM ARGUMENT...        ExecStart=: nspawn, whose network is set up before it is ready
#        unit.pl signal FOLDER NUMBER                     ExecStop=: for a program behind nspawn's stub init, which passes nothing on
#        unit.pl enter FOLDER SUPERVISOR PROGRAM ARGUMENT...  ExecReload=: runs a program inside, with the rights of the container's init
#        unit.pl ended FOLDER                              ExecStopPost=: how it ended
#
# In FOLDER it finds "before" and "after", a step a line, its parts apart by tabs. There it makes a folder named by systemd's
# INVOCATION_ID for each time that the unit runs, with
#   forwards   what nspawn forwards, a protocol and a port a line
#   exit       $EXIT_CODE $EXIT_STATUS $SERVICE_RESULT, see systemd.exec(5)
#   failure    why it could not begin, in words
use strict;
use warnings;
use Socket;

my ($act, $folder, @program) = @ARGV;
my $run = "$folder/$ENV{INVOCATION_ID}";
my $KEPT = 5;

sub note {
    my ($name, $text) = @_;
    open my $out, '>', "$run/.$name" or die "$run/.$name: $!\n";
    print $out "$text\n";
    close $out && rename "$run/.$name", "$run/$name" or die "$run/$name: $!\n";
}

sub say_why {
    my ($why) = @_;
    chomp $why;
    # Names of files and interfaces may hold anything, and a terminal shows this: C0, DEL and, in UTF-8, C1.
    $why =~ s/([\x00-\x1f\x7f]|\xc2[\x80-\x9f])/sprintf '\\x%02x', ord substr $1, -1/ge;
    print STDERR "$why\n";
    note('failure', $why);
}

sub fail {
    say_why(@_);
    exit 1;
}

sub steps {
    my ($name) = @_;
    open my $in, '<', "$folder/$name" or die "$folder/$name: $!\n";
    my @steps;
    while (my $line = <$in>) {
        chomp $line;
        push @steps, [map { s/\\(.)/$1 eq 't' ? "\t" : $1 eq 'n' ? "\n" : $1/ger } split /\t/, $line, -1];
    }
    return @steps;
}

# What ended while no runner was there to read of it is not kept for ever.
sub forget_old {
    my @ended = sort { -M $a <=> -M $b } grep { -e "$_/exit" } glob "$folder/*/";
    for my $old (splice @ended, $KEPT < @ended ? $KEPT : scalar @ended) {
        unlink glob "$old*";
        rmdir $old;
    }
}

# Goes to the folder that a path below the root is in, through folders alone, and gives its last name; nothing if there is a link on
# the way: what is inside a container decides nothing outside of it.
sub go_to {
    my ($root, $path) = @_;
    my @names = grep { length } split m{/}, substr $path, length $root;
    my $last = pop @names;
    chdir $root or die "the root $root cannot be entered: $!\n";
    for my $name (@names) {
        return if -l $name || !-d $name || !chdir $name;
    }
    return $last;
}

sub make_root {
    my ($root) = @_;
    my $at = '';
    for my $name (grep { length } split m{/}, $root) {
        $at .= "/$name";
        -d $at || mkdir $at or die "the root $root cannot be made: $at: $!\n";
    }
}

sub is_there { return -e $_[0] || -l $_[0] }

sub copy {
    my ($from, $name) = @_;
    return if -d $name && !-l $name;
    open my $in, '<', $from or return;
    my $text = do { local $/; <$in> };
    my $fresh = ".$name.hatchery-$$"; # several containers may begin from one root
    unlink $fresh;
    open my $out, '>', $fresh or die "$name: $!\n";
    print $out $text // '';
    close $out && rename $fresh, $name or die "$name: $!\n";
}

# Runs a program without a shell, whatever its arguments hold; its errors are not shown.
sub answer {
    my @command = @_;
    my $pid = open my $output, '-|';
    defined $pid or die "fork: $!\n";
    if ($pid == 0) {
        open STDERR, '>', '/dev/null' or exit 127;
        exec { $command[0] } @command or exit 127;
    }
    my $text = do { local $/; <$output> } // '';
    close $output;
    return ($? >> 8 || $? & 127, $text);
}

# Only what carries the alias that is set when it is made is removed. The kernel removes the pairs of a dead network namespace a little
# after its last process: another one of the name is waited for.
sub remove_interface {
    my ($name, $alias) = @_;
    $name =~ /\A(?!\.{1,2}\z|-)[A-Za-z0-9_.-]+\z/ or die "an interface cannot be called '$name'\n";
    my $deadline = time + 2;
    do {
        my ($status, $shown) = answer('ip', '-d', 'link', 'show', 'dev', $name);
        return if $status != 0;
        if ($shown =~ /^\s+veth\b/m && $shown =~ /^    alias \Q$alias\E$/m) {
            my ($failed) = answer('ip', 'link', 'delete', 'dev', $name);
            return if !$failed || (answer('ip', 'link', 'show', 'dev', $name))[0] != 0;
            die "the interface $name that an earlier run has left cannot be removed\n";
        }
        select undef, undef, undef, 0.05;
    } while (time <= $deadline);
    die "the interface $name is there already and is not of this container: its alias is not $alias; rename it, or remove it with:"
        . " ip link delete dev $name\n";
}

# machined would hold a killed nspawn's machine for as long as systemd means to start the unit again, and so refuse the next one. It has
# what it knows in files, of which this is one: systemd-machined(8) tells the same over the bus.
sub unregister {
    my ($name) = $folder =~ m{([^/]+)$};
    open my $known, '<', "/run/systemd/machines/$name" or return;
    return if !grep { $_ eq "SCOPE=container-$name.service\n" || $_ eq "UNIT=container-$name.service\n" } <$known>;
    my @machined = qw(org.freedesktop.machine1 /org/freedesktop/machine1 org.freedesktop.machine1.Manager);
    my @call = ('busctl', 'call', @machined, 'UnregisterMachine', 's', $name);
    system { $call[0] } @call;
}

# A killed nspawn leaves its port forwards, and with one to another address the next forwards nothing. They are in a map of nftables.
sub remove_forward {
    my ($protocol, $port) = @_;
    $protocol =~ /\A[a-z]+\z/ && $port =~ /\A\d{1,5}\z/ or die "there is no forward of '$protocol' port '$port'\n";
    for my $family ('ip', 'ip6') {
        my @of = ('element', $family, 'io.systemd.nat', 'map_port_ipport', "{ $protocol . $port }");
        my ($status) = answer('nft', 'get', @of);
        if ($status == 127) {
            print STDERR "nft(8) is not installed: a forward of $protocol port $port that a killed nspawn has left would stay\n";
            return;
        }
        next if $status != 0;
        (answer('nft', 'delete', @of))[0] == 0
            or die "the forward of $protocol port $port that an earlier run has left cannot be removed\n";
    }
}

sub note_forward {
    my ($protocol, $port) = @_;
    open my $out, '>>', "$run/forwards" or die "$run/forwards: $!\n";
    print $out "$protocol $port\n";
    close $out or die "$run/forwards: $!\n";
}

sub remove_forwards {
    open my $in, '<', "$run/forwards" or return;
    remove_forward(split) for <$in>;
}

sub set_kernel {
    my ($path, $value) = @_;
    open my $file, '+<', $path or die "$path: $!\n";
    return if <$file> eq "$value\n";
    seek $file, 0, 0;
    print $file "$value\n";
    close $file or die "$path: $!\n";
}

sub before {
    umask 0022;
    unregister();
    mkdir $run or die "$run: $!\n";
    forget_old();
    my $root;
    for my $step (steps('before')) {
        my ($what, @of) = @$step;
        if ($what eq 'root') {
            $root = $of[0];
        } elsif ($what eq 'directory' && $of[0] eq $root) {
            make_root($root);
        } elsif ($what eq 'directory') {
            my $name = go_to($root, $of[0]);
            if (defined $name && !is_there($name)) {
                (mkdir($name) ? chmod(oct $of[1], $name) : -d $name) or die "$of[0]: $!\n";
            }
        } elsif ($what eq 'emptyFile') {
            my $name = go_to($root, $of[0]);
            if (defined $name && !is_there($name)) {
                open my $file, '>', $name or die "$of[0]: $!\n";
            }
        } elsif ($what eq 'copy') {
            my $name = go_to($root, $of[1]);
            copy($of[0], $name) if defined $name;
        } elsif ($what eq 'removeInterface') {
            remove_interface(@of);
        } elsif ($what eq 'kernelSetting') {
            set_kernel(@of);
        } elsif ($what eq 'removeForward') {
            note_forward(@of);
            remove_forward(@of);
        } else {
            die "there is no step $what\n";
        }
    }
}

# Beside nspawn, and not above it: with the unified hierarchy nobody may be in a group that has others below.
sub join_supervisor {
    my %at = (name => '/sys/fs/cgroup/systemd', unified => -e '/sys/fs/cgroup/cgroup.procs' ? '/sys/fs/cgroup' : '/sys/fs/cgroup/unified');
    open my $groups, '<', '/proc/self/cgroup' or die "/proc/self/cgroup: $!\n";
    while (my $line = <$groups>) {
        chomp $line;
        my ($controllers, $path) = (split /:/, $line, 3)[1, 2];
        my $hierarchy = $controllers eq '' ? $at{unified} : $controllers eq 'name=systemd' ? $at{name} : next;
        my $group = "$hierarchy$path/supervisor";
        -d "$hierarchy$path" or next;
        mkdir($group) or -d $group or die "$group: $!\n";
        open my $procs, '>', "$group/cgroup.procs" or die "$group: $!\n";
        print $procs "$$\n";
        close $procs or die "$group/cgroup.procs: $!\n";
    }
}

sub set_up {
    my ($leader) = @_;
    for my $step (steps('after')) {
        my ($side, @arguments) = @$step;
        my @inside = $side eq 'container' ? ('nsenter', "--net=/proc/$leader/ns/net") : ();
        my @command = (@inside, 'ip', @arguments);
        my $status = system { $command[0] } @command;
        $status == 0 or die "@command failed with status " . ($status >> 8) . "\n";
    }
}

# Passes on to systemd what nspawn tells it, and sets the network up in between: who hears that it is ready may rely on that.
sub pass_on {
    my ($from, $nspawn) = @_;
    my $ending_fd = syscall 434, $nspawn, 0; # pidfd_open(2), which has this number on every architecture
    $ending_fd >= 0 or die "pidfd_open: $!\n";
    open my $ending, '<&=', $ending_fd or die "pidfd: $!\n";
    my $to = $ENV{NOTIFY_SOCKET} =~ s/^@/\0/r;
    while (1) {
        vec(my $want = '', fileno($from), 1) = 1;
        vec($want, fileno($ending), 1) = 1;
        next if select(my $got = $want, undef, undef, undef) <= 0;
        if (vec($got, fileno($from), 1) && defined recv $from, my $message, 4096, MSG_DONTWAIT) {
            set_up($1) if $message =~ /^X_NSPAWN_LEADER_PID=(\d+)$/m;
            send $from, $message, 0, sockaddr_un($to) or die "systemd cannot be told: $!\n";
        } elsif (vec($got, fileno($ending), 1)) {
            exit 0;
        }
    }
}

sub network {
    my $sockets = $folder =~ s{/u/[^/]+$}{/n}r;
    mkdir $sockets, 0700;
    my $path = "$sockets/$ENV{INVOCATION_ID}";
    socket my $socket, AF_UNIX, SOCK_DGRAM, 0 or die "socket: $!\n";
    bind $socket, sockaddr_un($path) or die "$path: $!\n";
    # nspawn is not to find anyone but itself where it begins to make groups.
    pipe(my $moved, my $moving) or die "pipe: $!\n";
    my $nspawn = $$;
    my $helper = fork;
    defined $helper or die "fork: $!\n";
    if ($helper == 0) {
        close $moved;
        eval { join_supervisor(); close $moving; pass_on($socket, $nspawn) };
        my $why = $@;
        my $said = eval { say_why($why); 1 }; # before systemd takes the end of nspawn for an occasion to end this too
        kill 'KILL', $nspawn;
        exit($said ? 1 : 2);
    }
    close $moving;
    sysread $moved, my $nothing, 1;
    $ENV{NOTIFY_SOCKET} = $path;
    exec { $program[0] } @program or die "$program[0]: $!\n";
}

sub inside {
    my ($pid) = @_;
    open my $status, '<', "/proc/$pid/status" or return 0;
    return (map { /^NSpid:.*\s(\d+)$/ ? $1 : () } <$status>)[0] // 0;
}

sub children {
    my ($pid) = @_;
    open my $list, '<', "/proc/$pid/task/$pid/children" or return;
    return split ' ', <$list> // '';
}

sub signal_program {
    my ($number) = @program;
    my ($init) = grep { inside($_) == 1 } children($ENV{MAINPID});
    my ($program) = grep { inside($_) == 2 } $init ? children($init) : ();
    kill $number, $program if $program;
}

sub start_time {
    my ($pid) = @_;
    open my $stat, '<', "/proc/$pid/stat" or return;
    my $line = do { local $/; <$stat> } // '';
    $line =~ s/^.*\)\s+//s;
    return (split ' ', $line)[19];
}

sub enter {
    my ($supervisor, @command) = @program;
    my ($init) = grep { inside($_) == 1 } children($ENV{MAINPID});
    my $started = $init && start_time($init) or die "its init is not there\n";
    %ENV = ();
    my @enter = ($supervisor, 'enter', '--start-time', $started, $init, '--', @command);
    exec { $supervisor } @enter or die "$supervisor: $!\n";
}

sub ended {
    unregister();
    mkdir $run;
    remove_forwards();
    unlink +($folder =~ s{/u/[^/]+$}{/n}r) . "/$ENV{INVOCATION_ID}";
    note('exit', join ' ', map { $_ // '-' } @ENV{qw(EXIT_CODE EXIT_STATUS SERVICE_RESULT)});
}

my %acts = (before => \&before, network => \&network, signal => \&signal_program, enter => \&enter, ended => \&ended);
$acts{$act} or die "unit.pl has no act '$act': the unit is not of this version, which is written when the container is defined\n";
eval { $acts{$act}->(); 1 } or $act eq 'enter' ? die($@) : fail($@);
