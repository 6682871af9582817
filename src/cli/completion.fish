# fish completion of mfusweep: at every TAB the tool itself says what may stand there.

# __mfusweep_paths PREFIX START folders|files [SUFFIX...]: what begins with START, each behind PREFIX
function __mfusweep_paths
    set -l start (string replace -r -- '^~/' "$HOME/" "$argv[2]")
    for path in "$start"*
        if test -d "$path"
            echo -- "$argv[1]$path/"
        else if test "$argv[3]" = files
            set -l suffix (string match -r -- '[^.]*$' "$path")
            if test (count $argv) -eq 3; or contains -- "$suffix" $argv[4..-1]
                echo -- "$argv[1]$path"
            end
        end
    end
end

function __mfusweep_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -l lines ($before[1] __complete $before[2..-1] "$word" 2>/dev/null)
    set -l head (string split ' ' -- "$lines[1]")
    switch "$head[1]"
        case files folders
            set -l prefix (string match -r -- '^--[^=]*=' "$word")
            set -l start (string replace -r -- '^--[^=]*=' '' "$word")
            __mfusweep_paths "$prefix" "$start" $head
        case words
            string join \n -- $lines[2..-1]
    end
end
complete -c mfusweep -f -a '(__mfusweep_complete)'
